"""SHA-256 of the files of known corpora, by corpus and file name, as they are commonly packed."""

CHECKSUMS: dict[str, dict[str, str]] = {
    "multi30k": {
        "test_2016_flickr.de.gz": "26ef35775a5540d27fc04e66063d59a180388beeede5121c0806dee0c79949e0",
        "test_2016_flickr.en.gz": "7771063a5bca8712e4c60941bcb128301aab5a3eecc66abbb5d150aa3133a55d",
        "test_2016_flickr.fr.gz": "dd7ea75d034e0ba2b0d11133c9b8e7302a1f90b7089c37958bb3f30a13dd34d2",
        "train.de.gz": "8506e50eaf610b55a8286d1ce85e4098dc2a0a0fce45b4827a5409d9897a81b4",
        "train.en.gz": "ffdb848427a3fccff4f5c9c848dff8b8b5745e8f464f44341b6c5c5288f265db",
        "train.fr.gz": "c166741e192f44dd31ffa54e4b36fcefa73cf59ef25f7caa0a40d12df228f967",
        "val.de.gz": "9c3697bf5d18908e41df6a94b8a006ab64dbc66f38790865d6694136428a524d",
        "val.en.gz": "459836b7adfe4fd130d0a8c680e2860d6099fbea0fd1bdbbc7442bbc5afce59b",
        "val.fr.gz": "db0df8e33e7fc69c9873c985be40f12293fab84868137837caa3aa2b93a8b764",
    },
    "tatoeba": {
        "deu-eng.2018-05-13.tsv.gz": "b765fc1185c1d82544168fd45a074725f754f64d3229b37eca3a2d3cf581f9aa",
        "fra-eng.2019-04-08.tsv.gz": "8b2555515187098c634aa468e6aef89e54d6a4f7950db4cae94a6a0f4809099c",
    },
    "tiny-shakespeare": {
        "input.txt": "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    },
    "wmt14-en-de": {
        "newstest2013.de-en.de.gz": "5555a367c989238d99ce95fdf47f5dc7e6d2399f07ee902e8434469faa492b63",
        "newstest2013.de-en.en.gz": "fe1ec28570b18fe745a73719f5cab767d277aad2227e995c6db5b9da15e91769",
        "newstest2014.de-en.de.gz": "4703397b0094064e5961ae980fd270993d5359412ef57ac677f31ec8f7e4b874",
        "newstest2014.de-en.en.gz": "50e677915f0a9ef81d23f0155b022beabd5f9ee5ab5f1a3388dc12b151092e8a",
    },
    "wmt14-en-fr": {
        "newstest2013.en-fr.en.gz": "fe1ec28570b18fe745a73719f5cab767d277aad2227e995c6db5b9da15e91769",
        "newstest2013.en-fr.fr.gz": "ff562c7a154f377641b3fbf653bf563e64bba58a17ca033422a5d018f66df0a6",
        "newstest2014.en-fr.en.gz": "ae599a9ff8678765a93f1d4e09cb3fa2e883f8f7dc5c4cbb826e0a1c701ed4ac",
        "newstest2014.en-fr.fr.gz": "aa775aac9ba001845d48b1b45e11706e4006fb3e121e08f720c985a3f21b3797",
    },
}
