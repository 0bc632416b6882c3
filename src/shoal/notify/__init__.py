"""Messages out: texts and mails, sealed until they are sent."""
