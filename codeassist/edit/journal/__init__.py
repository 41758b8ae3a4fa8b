"""What was applied: before-images, so that an interrupted change set is finished or undone, and a done one too."""
