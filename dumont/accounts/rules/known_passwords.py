"""The words that guessers try first; a password built on one of them is no password."""

_LIST = """
password passwort passwd pass word letmein welcome login logon admin administrator root toor master secret default
changeme change temp test tester testing guest user username demo example sample access account security secure
qwerty qwertz qwertyuiop azerty asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx abc abcd abcdef iloveyou love
lovely loveme monkey dragon shadow sunshine princess princesa football baseball basketball soccer hockey superman
batman spiderman pokemon starwars trustno whatever freedom michael jordan jennifer jessica ashley michelle nicole
daniel thomas george andrew robert charlie matthew anthony joshua hunter tigger ginger pepper cookie chocolate
summer winter spring autumn monday friday january december november october september august computer internet
server system windows linux ubuntu google facebook twitter linkedin microsoft apple samsung android samson killer
hello hallo hola bonjour ninja mustang corvette ferrari porsche mercedes harley yankees chelsea arsenal liverpool
barcelona juventus buster thunder cheese banana orange purple silver golden diamond flower butterfly rainbow angel
babygirl jesus christ blessed family forever friends princess superstar rockstar hunter ranger phoenix scooter
merlin maverick matrix gandalf dumont cloud
"""
WORDS = frozenset(_LIST.split())
