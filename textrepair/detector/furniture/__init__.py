"""Lines of the page: by their form, by their words, and by how often they come back; `detector` asks them."""
