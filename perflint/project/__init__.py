"""What one file cannot know: models, functions, imports and settings of the whole project."""
