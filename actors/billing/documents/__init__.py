"""Documents that people keep: invoices and credit notes as PDF."""
