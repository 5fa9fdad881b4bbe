"""Payment providers to test against: real HTTP servers that answer as the companies' documentation says.

They check what the companies check and refuse what they refuse; what they do not know they refuse too.
"""
