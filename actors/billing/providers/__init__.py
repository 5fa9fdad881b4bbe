"""Payment providers: who moves the money, behind one port (`contract.py`)."""
