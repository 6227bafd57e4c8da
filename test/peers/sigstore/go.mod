module io.kairos/peers/sigstore

go 1.26
