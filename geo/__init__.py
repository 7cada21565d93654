"""Where it happens: pure geometry and spatial statistics (no file, network, clock or Streamlit)."""
