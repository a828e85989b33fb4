"""A stand-in for Twilio's Messages API with a phone to read on. It exists in demo mode only."""
