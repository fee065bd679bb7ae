"""Every generated file of the site, handed to MkDocs or to a folder."""
