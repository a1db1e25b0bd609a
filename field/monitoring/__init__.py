"""监测: what follows from what was seen; the one core call of each way in lives here."""
