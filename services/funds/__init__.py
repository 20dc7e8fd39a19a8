"""funds

owns   community funds (กข.คจ., savings groups, Mother-of-the-Land, women's, village and other funds)
hears  members: the area register
says   FundEstablished
keeps  its commits, and a view of the areas
"""
