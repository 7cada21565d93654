"""Files in, stored tables out: what a load makes of every kind of row, kept in this folder to compare with."""
