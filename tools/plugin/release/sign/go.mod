module sign

go 1.20

require github.com/blacktop/go-macho v1.1.258

require github.com/blacktop/go-dwarf v1.0.14 // indirect
