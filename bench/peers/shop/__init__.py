"""A minimal Django project with dj-stripe: it verifies a delivery, stores the event and makes one order row."""
