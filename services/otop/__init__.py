"""otop

owns   OTOP producers
hears  members: the area register
says   ProducerApplied
keeps  its commits, and a view of the areas
"""
