"""What people raise, and what answers it: the domain, pure (no file, network, clock or Streamlit)."""
