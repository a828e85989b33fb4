"""Members as their facts tell: what of them depends on a day or on others is derived here."""
