"""What every page shares: who visits, what the browser may do, forms, files, words and errors."""
