"""Publishers' files: reads tables, XML and archives, yields rows with their origin; refuses personal data."""
