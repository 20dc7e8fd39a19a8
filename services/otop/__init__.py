"""otop

owns   OTOP producers and their registration
hears  members: the area register
says   that a producer applied; what district, province and Governor decided; that a registration was revoked
keeps  its commits, and a view of the areas
"""
