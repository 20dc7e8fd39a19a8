"""What the services share, and all that they share: events, their envelope, topics, areas and the calendar."""
