"""The JSON API of Dangol; complete without the SMS plug-in."""
