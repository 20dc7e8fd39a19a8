"""members

owns   the area register, persons (the only personal data), memberships, growth targets
hears  itself: a registration tells its tambon
says   area, person, membership, target and import events; no personal data in any
keeps  its commits with their sealed parts, the keys to them, and its register by area
"""
