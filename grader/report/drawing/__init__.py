"""Pictures as SVG: `svg.draw` gives what a page can hold."""
