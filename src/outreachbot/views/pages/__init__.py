"""The pages that members read: facts, timeline, corrections, campaign, help."""
