"""What newsrooms ask that is not one fact: lists, the latest, summaries, comparisons, timelines. All in quotes."""
