"""`atrium doctor`: checks everything and says how to mend what is wrong."""
