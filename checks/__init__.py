"""What `make check` looks at beside the code's own rules: secrets in the repository, and holes in what it uses."""
