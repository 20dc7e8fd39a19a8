"""funds

owns   community funds (กข.คจ., savings groups, Mother-of-the-Land, women's, village and other funds)
hears  members: the area register · otop: certified and revoked producer groups
says   that a fund is established, assessed, planned for, reviewed, verified; its committee renewed; a producer group linked, unlinked
keeps  its commits, and a view of the areas
"""
