"""The cog blocks of the documentation's pages get their contents from here."""
