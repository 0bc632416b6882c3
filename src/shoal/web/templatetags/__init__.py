"""Template tags of the components: `{% load shoal %}`."""
