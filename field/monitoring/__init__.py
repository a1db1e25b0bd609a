"""监测: what follows from what was seen; the one core call of each way in lives in the rooms of this house."""
