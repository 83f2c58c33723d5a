"""What a message wants: intent, the bare question, what it leans on, and how the answer is to be formed."""
