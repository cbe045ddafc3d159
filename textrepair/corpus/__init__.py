"""Reading articles from files, folders and streams, and writing results so that they are whole or not there."""
