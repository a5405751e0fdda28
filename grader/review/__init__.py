"""What waits for a teacher: answers in sentences, provisional points; and marks set by hand."""
