"""What is worth telling, in which words, to whom, and how it is signed."""
