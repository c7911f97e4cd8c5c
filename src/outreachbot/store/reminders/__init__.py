"""What the planner has done, what each chat chose, and which chats a reminder is for."""
