"""HTTP and HTML only: the four faces, their parts and their looks."""
