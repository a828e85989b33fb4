"""What an earning rule would have done to last month's sales, before it goes live."""
