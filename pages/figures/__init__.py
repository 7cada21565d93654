"""What is drawn, without Streamlit, so that briefs and notebooks use it too."""
