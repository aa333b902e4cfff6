"""Sphinx's settings for the site; tools/docs.py puts this file beside the pages."""

project = "Glassformer"
author = "Glassformer"
html_title = "Glassformer"
extensions = ["myst_parser"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # a page may go from # to ###
highlight_language = "text"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
