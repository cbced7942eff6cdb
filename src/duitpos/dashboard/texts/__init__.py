"""What staff read: the dashboard's sentences for the codes and facts of the domain, by what they are about."""
