"""What every page shares: the frame, the session's connection, cached figures. Knows Streamlit."""
