"""Les diapositives en français : les mêmes textes que en.py, sous les mêmes noms."""

WORDS = {
    "point": ",",
    "percent": "{figures} %",
    "percent.little": "< 1 %",
    "percent.most": "> 99 %",
    "quoted": "« {word} »",
    "hidden": "masqué",
    "others": "{count} autres",
    "output": "sortie",
    "normalised": "normalisé",
    "probability": "probabilité",
    "head": "tête {head}",
    "layer": "{stack}, couche {layer}",
    "layer.head": "{stack}, couche {layer}, tête {head}",
    "encoder": "encodeur",
    "decoder": "décodeur",
    "encoder-decoder": "encodeur-décodeur",
    "decoder-only": "décodeur seul",
    "encoder-only": "encodeur seul",
    "none": "(aucune)",
    "end": "(fin)",
    "start": "(début)",
    "padding": "(remplissage)",
    "fact.model": "modèle",
    "fact.family": "famille",
    "fact.layers": "couches",
    "fact.heads": "têtes par couche",
    "fact.parameters": "paramètres",
    "eq1": "§3.2.1, éq. 1",
    "eq2": "§3.3, éq. 2",
    "figure1": "§3, figure 1",
    "beyond": "au-delà de l’article",
    # The title and the whole.
    "opening.title": "Une phrase à travers un Transformer",
    "opening.reads": "Le modèle lit",
    "opening.image": "une image",
    "opening.label": "et dit que c’est",
    "opening.encoder-decoder": "et écrit",
    "opening.decoder-only": "et ce qu’il croit le plus probable ensuite est",
    "opening.encoder-only": "et ce qu’il croit le plus probable à chaque place est",
    "opening.cut": "{said}, pour commencer,",
    "opening.nothing": "(rien)",
    "opening.untrained": ". Il n’a rien appris : ses paramètres ont été tirés au hasard.",
    "opening.notes": (
        "Chaque nombre de ces diapositives a été calculé par ce modèle sur cette phrase. Les notes "
        "de chacune disent où ses nombres sont dans l’enregistrement, qui est "
        "trace = gf.load(…).trace({text})."
    ),
    "whole.title": "L’ensemble",
    "whole.two": (
        "Deux moitiés : l’une lit, l’autre écrit. Chacune est une pile ; couches : {count}."
    ),
    "whole.encoder": "Le modèle de l’article a deux moitiés. Celui-ci n’a que l’encodeur.",
    "whole.decoder": "Le modèle de l’article a deux moitiés. Celui-ci n’a que le décodeur.",
    "whole.alt": "De bas en haut. {parts}",
    "whole.parts": "{stack} : {blocks}",
    "whole.notes": (
        "Cela se lit de bas en haut, comme la figure 1 de l’article. Chaque couche ajoute ce "
        "qu’elle trouve à ce qui est là. "
    ),
    "whole.crossed": (
        "Chaque couche du décodeur regarde ce qu’a fait la dernière couche de l’encodeur."
    ),
    "whole.patches": "carrés + positions",
    "whole.embedding": "plongement + positions",
    "whole.self_attention": "auto-attention",
    "whole.cross_attention": "attention croisée",
    "whole.feedforward": "propagation avant",
    "whole.masked": "{name} masquée",
    "whole.pre": "norm., {name}, add.",
    "whole.post": "{name}, add., norm.",
    "whole.layer": "couche 2 : de même",
    "whole.layers": "couches 2 à {count} : de même",
    "whole.norm": "normalisation",
    "whole.labels": "probabilités des étiquettes",
    "whole.tokens": "probabilités des tokens",
    # From the sentence to the first layer.
    "tokens.title": "Les mots deviennent des nombres",
    "tokens.shows": "tokeniseur",
    "tokens.said": (
        "Le tokeniseur découpe le texte en tokens ({kind}) et connaît chacun par sa place dans un "
        "vocabulaire de {size}. À partir d’ici, le modèle ne voit que des nombres."
    ),
    "tokens.spelled": " Les mots qui n’y sont pas sont épelés en morceaux plus petits.",
    "tokens.word": "mots",
    "tokens.token": "token",
    "tokens.id": "numéro",
    "tokens.alt": "Tokens {first} à {last} avec leurs numéros",
    "tokens.notes": (
        "Demandez d’abord : que fait un ordinateur d’un mot ? Il le cherche dans une liste et "
        "prend son numéro. Les numéros sont {ids}. Ils ne disent encore rien du sens : des "
        "voisins dans la liste ne se ressemblent pas."
    ),
    "patches.title": "Une image devient une suite de carrés",
    "patches.shows": "carrés",
    "patches.said": (
        "{side} × {side} pixels sont découpés en carrés de {patch} × {patch} : "
        "{count} en tout, lus ligne par ligne, après une position « classe », apprise."
    ),
    "patches.alt": "L’image, pixel par pixel",
    "patches.notes": (
        'Les nombres : trace["source_embedding.cut"] [batch, patch, pixel]. Ce qu’un mot est à '
        "une phrase, un carré l’est à l’image."
    ),
    "embedding.title": "Un numéro devient un vecteur",
    "embedding.shows": "plongement",
    "embedding.said": (
        "E est une matrice apprise, avec une ligne pour chaque token : {rows} lignes de "
        "{width} nombres. Le numéro du token dit quelle ligne."
    ),
    "embedding.scaled": " Elle est multipliée par √{width} = {root}.",
    "embedding.alt": "Les premiers nombres des plongements de {name} et d’autres mots",
    "embedding.tied": " La même matrice fait les logits à la fin.",
    "embedding.notes": (
        'Les nombres : trace["{path}.embedded"][0, {at}]. Le mot suivi est '
        "« {name} », position {at}, comptée à partir de 0.{tied}"
    ),
    "positions": "positions",
    "positions.title": "La place du mot est ajoutée",
    "positions.learned": (
        "Chaque position a son propre vecteur, appris comme un plongement, et il est ajouté."
    ),
    "positions.formula": "PE(pos, 2i) = sin(pos / 10000^(2i/d_model)),   PE(pos, 2i+1) : cos",
    "positions.other": "sinus et cosinus de la position",
    "positions.said": (
        "L’attention seule ne verrait pas l’ordre des mots. Chaque position a donc un vecteur de "
        "sinus et de cosinus, du rapide au lent, et il est ajouté à celui du mot."
    ),
    "positions.before": "vecteur jusqu’ici",
    "positions.position": "+ position {at}",
    "positions.sum": "= somme",
    "positions.marked": "avec le segment",
    "positions.alt": "Le vecteur de {name}, celui de sa position, et leur somme",
    "positions.notes": (
        'Les nombres : trace["{path}.position"][{at}] et trace["{path}.placed"]. Les positions '
        "sont comptées à partir de 0."
    ),
    "wave.title": "À quoi ressemblent les positions",
    "wave.said": (
        "Une ligne par position, les {columns} premiers de {width} nombres. Bleu : au-dessus de "
        "zéro ; orange : au-dessous. Ils sont {kind}."
    ),
    "wave.learned": "appris",
    "wave.computed": "calculés, non appris",
    "wave.position": "position",
    "wave.alt": "Vecteurs des positions, lignes 0 à {last}",
    "wave.notes": (
        'Les nombres : trace["{path}.position"][:{rows}, :{columns}]. Demandez : y a-t-il deux '
        "positions de même ligne ? Et pourquoi ne pas simplement compter, 0, 1, 2 ?"
    ),
    # One head on one word, then all.
    "projections.title": "Une tête, trois vecteurs d’un mot",
    "projections.plain": (
        "Le vecteur de « {name} » est multiplié par trois matrices apprises. La requête demande, "
        "la clé répond, la valeur est ce qui est transmis : {wide}, {wide} et {values} nombres "
        "dans chacune des têtes (ici {heads})."
    ),
    "projections.normed": (
        "Le vecteur de « {name} », d’abord normalisé, est multiplié par trois matrices apprises. "
        "La requête demande, la clé répond, la valeur est ce qui est transmis : {wide}, {wide} et "
        "{values} nombres dans chacune des têtes (ici {heads})."
    ),
    "projections.query": "requête q",
    "projections.key": "clé k",
    "projections.value": "valeur v",
    "projections.alt": "Les premiers nombres de x, q, k et v de {name}",
    "projections.notes": (
        'Les nombres : trace["{path}.query"][0, {head}, {at}], et de même pour key et value. '
        "Code : {code}. Cette tête a été choisie parce que « {name} » y regarde un autre mot plus "
        "que dans les autres têtes de la couche."
    ),
    "agreement.title": "Un score est un produit scalaire",
    "agreement.said": (
        "À quel point la clé de « {key} » répond-elle à la requête de « {name} » ? Multipliez "
        "nombre par nombre, puis additionnez : plus elles s’accordent, plus la somme est grande."
    ),
    "agreement.sum": "somme",
    "agreement.query": "q de {name}",
    "agreement.key": "k de {key}",
    "agreement.product": "produit",
    "agreement.alt": "Requête, clé, leurs produits et la somme {total}",
    "agreement.total": "La somme des {count} produits est {total}.",
    "agreement.notes": (
        'Le nombre : trace["{path}.scores"][0, {head}, {at}, {key}] = {total}. La clé est celle '
        "du mot que cette tête regarde le plus depuis « {name} », lui-même mis à part."
    ),
    "softmax.title": "Des scores aux parts de 100 %",
    "softmax.formula": "attention = softmax(q·k / √d_k),   √d_k = √{width} = {root}",
    "softmax.word": "mot",
    "softmax.attention": "attention",
    "softmax.alt": "Scores et attention de {name} pour chaque mot",
    "softmax.bars": "L’attention de {name}, en barres",
    "softmax.notes": (
        "Depuis « {name} », cette tête regarde le plus « {best} » : {share}. Sans ÷ √d_k, de "
        "grands scores donneraient presque tout à un seul mot, et il s’apprendrait peu. "
        'Les nombres : trace["{path}.scores"], "{path}.scaled", "{path}.weights", chacun à '
        "[0, {head}, {at}]."
    ),
    "mixture.title": "Le mélange des valeurs",
    "mixture.formula": "z = attention₁·v₁ + attention₂·v₂ + …",
    "mixture.sum": "somme z",
    "mixture.alt": "Les valeurs de chaque mot et leur mélange pour {name}",
    "mixture.notes": (
        "Chaque valeur est multipliée par sa part, et toutes sont additionnées. Les nombres : "
        'trace["{path}.value"][0, {head}] et trace["{path}.mixed"][0, {head}, {at}].'
    ),
    "whole_head.title": "Chaque mot interroge chaque mot",
    "whole_head.said": (
        "Chaque ligne est un mot qui regarde, chaque colonne un mot regardé ; une ligne fait 1 en "
        "somme."
    ),
    "whole_head.masked": " Un point est masqué : aucun mot ne voit ceux qui le suivent.",
    "grid.alt": "{shows} : l’attention en grille",
    "grid.rows": ", lignes {first} à {last} sur {count}",
    "grid.notes": 'Les nombres : trace["{path}.weights"][0, {head}] [query, key]. Code : {code}.',
    "heads.title": "Toutes les têtes, depuis « {name} »",
    "heads.said": "{count} têtes regardent de {count} façons, chacune avec ses propres matrices.",
    "heads.one": "Ce modèle a une seule tête.",
    "heads.alt": "L’attention de {name} dans chaque tête",
    "heads.words": "les {count} mots les plus regardés",
    "heads.first": "les {room} premières de {count} têtes",
    "heads.and": " et ",
    "heads.shown": "Ce qui est montré : {left}. ",
    "heads.best": "tête {head} : {word}",
    "heads.notes": (
        "{shown}Ce que chacune regarde le plus : {best}. "
        'Les nombres : trace["{path}.weights"][0, :, {at}].'
    ),
    "joined.title": "Les têtes sont réunies",
    "joined.formula": "MultiHead = Concat(z de la tête 1, …, z de la tête h)·W_O",
    "joined.said": (
        "{heads} × {each} = {total} nombres, côte à côte, sont mélangés en {width} par une matrice "
        "apprise : voilà ce que l’attention a à dire à « {name} »."
    ),
    "joined.head": "z de la tête {head}",
    "joined.more": "{count} de plus",
    "joined.alt": "Les résultats des têtes pour {name}, et la sortie",
    "joined.notes": (
        'Les nombres : trace["{path}.mixed"][0, :, {at}] et trace["{path}.output"][0, {at}].'
    ),
    # What a layer does beside attention, and the stack.
    "norm.title": "Additionner et normaliser",
    "norm.said": (
        "Ce que dit l’attention est ajouté à ce qui était là, si bien que rien ne se perd en "
        "chemin. La somme a pour moyenne {mean} et pour écart-type {spread} ; la normalisation en "
        "fait 0 et 1, puis étire et décale chaque nombre comme elle l’a appris."
    ),
    "norm.pre": " Ici, elle est placée avant chaque sous-couche ; dans l’article, après.",
    "norm.before": "x, ce qui était là",
    "norm.after": "z, de l’attention",
    "norm.alt": "La somme résiduelle et la normalisation de {name}",
    "norm.notes": (
        'Les nombres : trace["{added}"][0, {at}] et trace["{normed}"][0, {at}]. Code : {code}.'
    ),
    "feedforward.title": "Propagation avant : mot par mot",
    "feedforward.said": (
        "{hidden} neurones lisent le vecteur de « {name} » ; au-dessus de zéro : {on}. Ce qu’ils "
        "disent est remélangé en {width} nombres. Ici, aucun mot n’en voit un autre."
    ),
    "feedforward.neuron": "neurone",
    "feedforward.alt": "Les neurones les plus forts pour {name}",
    "feedforward.bars": "Les mêmes en barres",
    "feedforward.output": "Les premiers nombres de la sortie pour {name}",
    "feedforward.notes": (
        'Les nombres : trace["{path}.hidden"][0, {at}], "{path}.active", "{path}.output" ; '
        "les neurones sont comptés à partir de 1. Les plus forts sont montrés, les barres en "
        "parts du premier."
    ),
    "stack.title.one": "1 couche : jusqu’où va « {name} »",
    "stack.title.more": "{count} couches : jusqu’où va « {name} »",
    "stack.said": (
        "La même chose dans chaque couche, avec d’autres paramètres. La ressemblance est le "
        "cosinus : 1 est la même direction, 0 aucune ressemblance, −1 la direction opposée."
    ),
    "stack.embedding": "plongement",
    "stack.layer": "après la couche {layer}",
    "stack.norm": "après la dernière norm.",
    "stack.vector": "vecteur de {name}",
    "stack.length": "longueur",
    "stack.first": "proche du plongement",
    "stack.previous": "proche du précédent",
    "stack.alt": "Longueur et ressemblance du vecteur de {name} après chaque couche",
    "stack.notes": "Les vecteurs : {paths} à [0, {at}].",
    # The decoder's part.
    "mask.title": "Le décodeur ne regarde jamais en avant",
    "mask.said": "Chaque ligne a lu son mot et les précédents. Ce qui vient après est masqué (·).",
    "cross.title": "Ce qu’il regarde pendant qu’il écrit",
    "cross.said": (
        "En haut, ce qu’il écrit ; en bas, ce qui a été lu. Un trait plus épais : plus d’attention."
    ),
    "cross.most": "{word} : {read} {share}",
    "cross.alt": "{shows} : ce que chaque mot regarde le plus. {most}",
    "cross.notes": (
        "Les requêtes viennent du décodeur, les clés et les valeurs de l’encodeur. La tête "
        "montrée est, de toutes les couches, celle dont l’attention va le plus à des mots seuls. "
        'Les nombres : trace["{path}"][0, {head}] [query, key] ; la requête est la position qui '
        "écrit le mot. Le plus d’attention : {most}."
    ),
    "choice.title.token": "Chaque token reçoit une probabilité",
    "choice.title.label": "Chaque étiquette reçoit une probabilité",
    "choice.bias": "logits = x·W + b,   probabilités = softmax(logits)",
    "choice.formula": "logits = x·W,   probabilités = softmax(logits)",
    "choice.said.token": (
        "{where} {count} tokens reçoivent chacun un logit, dont le softmax fait des parts de 100 %."
    ),
    "choice.said.label": (
        "{where} {count} étiquettes reçoivent chacune un logit, dont le softmax fait des parts de "
        "100 %."
    ),
    "choice.token": "token",
    "choice.label": "étiquette",
    "choice.logit": "logit",
    "choice.alt.token": "Les tokens les plus probables",
    "choice.alt.label": "Les étiquettes les plus probables",
    "choice.bars": "Leurs probabilités en barres",
    "choice.notes": (
        'Les nombres : trace["logits"][0, {at}] et trace["probabilities"][0, {at}]. La somme de '
        "toutes les probabilités est {total} ; celle de ces {count}, {part}."
    ),
    "choice.whole": "Le vecteur de la première position décide de ce qu’est le tout.",
    "choice.place": "À la place de « {word} » :",
    "choice.writes": "Ayant lu « {word} », avant d’écrire « {next} » :",
    "choice.after": "Après « {words} » :",
    "loop.writes": "Écrit mot à mot",
    "loop.predicts": "Chaque place prédit ce qui vient ensuite",
    "loop.decoding": "décodage",
    "loop.predictions": "prédictions",
    "loop.read.again": "Chaque mot écrit est relu, puis le suivant est choisi, jusqu’à la fin.",
    "loop.together": (
        "À l’entraînement, toutes les places apprennent à la fois ; quand il écrit, seule la "
        "dernière compte."
    ),
    "loop.read": "il a lu",
    "loop.wrote": "il écrit",
    "loop.came": "puis vint",
    "loop.second": "le second",
    "loop.guess": "le plus probable",
    "loop.its": "sa probabilité",
    "loop.alt": "Pas à pas : ce qui a été lu, ce qui a été écrit, et sa probabilité",
    "loop.rows": ", 1 à {room} sur {count}",
    "loop.notes.writes": (
        'Les nombres : trace["probabilities"][0, step, token], en un passage sur toutes les '
        "positions ; écrire mot à mot avec le cache donne la même chose."
    ),
    "loop.notes.predicts": 'Les nombres : trace["probabilities"][0, position, token].',
    "looked.title": "Où a-t-il regardé pour « {name} » ?",
    "looked.shows": "attention croisée, coupée",
    "looked.said": (
        "La plus grande attention à chaque mot de la source, dans toute couche et toute tête, là "
        "où il écrit « {name} ». Regarder n’est pas encore une preuve : le mot est donc coupé, et "
        "« {name} », qui avait une probabilité de {before}, est calculé à nouveau."
    ),
    "looked.word": "mot de la source",
    "looked.place": "couche, tête",
    "looked.writing": "coupé à l’écriture",
    "looked.everywhere": "coupé partout",
    "looked.alt": "Mots de la source, attention, et probabilité de {name} sans chacun d’eux",
    "looked.notes": (
        "Coupé à l’écriture : l’attention au mot est mise à 0 dans chaque couche et chaque tête de "
        "l’attention croisée, à la seule position {at}. Coupé partout : dans l’encodeur aussi, "
        "pour qu’aucun autre mot ne sache rien de lui. Les autres parts restent ce qu’elles sont. "
        "Demandez avant de montrer les deux dernières colonnes : de quel mot a-t-il besoin ?"
    ),
    "looked.none": (
        "Sans l’un quelconque de ces mots, « {name} » garde plus de la moitié de sa probabilité : "
        "aucun d’eux n’était à lui seul nécessaire."
    ),
    "looked.proved": "Sans {words}, « {name} » garde au plus la moitié de ses {share}.",
    # What training makes of it, and where all of it is.
    "loss.title": "Comment il apprend : la perte",
    "loss.shows": "perte",
    "loss.formula": "perte = −(1 − ε)·log p(cible) − ε·moyenne de tous les log p",
    "loss.written": "ce que le modèle a écrit est pris pour cible",
    "loss.text": "la cible est le texte",
    "loss.said": (
        "Ici, {taken}. ε = {smoothing} est le lissage des étiquettes : un peu de la cible va à "
        "chaque token. La moyenne sur {count} positions est de {mean} nats ; une mise à jour "
        "ajuste un peu chaque paramètre pour qu’elle baisse."
    ),
    "loss.target": "cible",
    "loss.alt": "La perte de chaque position",
    "loss.bars": "Les pertes en barres",
    "loss.notes": (
        "Les barres sont en parts de la plus grande. L’entraînement de l’article (§5.3) : Adam, "
        "le taux d’apprentissage montant pendant l’échauffement, puis baissant comme l’inverse de "
        "la racine carrée du pas."
    ),
    "map.title": "Où cela se trouve : article et code",
    "map.more": "{title} (suite)",
    "map.slide": "n°",
    "map.step": "étape",
    "map.paper": "l’article",
    "map.line": "la ligne",
    "map.alt": "Les étapes avec leurs sections de l’article et leurs lignes de code",
    "map.notes": (
        "« Attention Is All You Need », Vaswani et al. 2017. Les lignes sont celles qui ont "
        "tourné ; glassformer code RUN imprime tout ce qu’un modèle exécute."
    ),
    # Tours and pins.
    "tour.shows": "{title}, étape {step} sur {count}",
    "tour.number": "le nombre",
    "tour.value": "sa valeur ici",
    "tour.alt": "Le nombre où se tient l’étape",
    "tour.if": "Si {when} : {text}",
    "tour.otherwise": "Là où le modèle n’a rien de tel : {text}",
    "tour.place": " à {address}",
    "tour.blank": (
        "{blank} est ce que la page calcule pour le modèle présent : ouvrez-y la visite{place}."
    ),
    "tour.and": " et ",
    # What a step hangs on: so, and not so.
    "when.trained": "le modèle est entraîné|le modèle n’est pas entraîné",
    "when.untrained": "le modèle n’est pas entraîné|le modèle est entraîné",
    "when.writes": "le modèle écrit|le modèle n’écrit pas",
    "when.translates": "le modèle traduit|le modèle ne traduit pas",
    "when.attends": "les mots s’y regardent|les mots ne s’y regardent pas",
    "when.built-in": "le modèle est de la paire de langues fournie|le modèle est d’autres langues",
    "when.live": "le programme est là|le programme n’est pas là",
    "when.has-run": "son entraînement a été gardé|son entraînement n’a pas été gardé",
    "when.clear": "le regard est net|le regard n’est pas net",
    "when.changes": "un mot est sorti autrement|aucun mot n’est, seul, sorti autrement",
    "when.rewritten": "plus d’un mot est sorti autrement|un mot au plus est sorti autrement",
    "when.unchanged": "rien d’autre n’est sorti autrement|autre chose est sorti autrement",
    "when.proved": (
        "la probabilité est tombée à la moitié ou moins|la probabilité n’est pas tombée à la moitié"
    ),
    "when.weakened": (
        "la probabilité a baissé, mais pas de moitié|"
        "la probabilité n’a pas baissé, ou est tombée à la moitié"
    ),
    "when.unharmed": "la probabilité n’a pas baissé|la probabilité a baissé",
    "when.all-proved": (
        "tout coupé, elle est tombée à la moitié ou moins|"
        "tout coupé, elle n’est pas tombée à la moitié"
    ),
    "when.all-held": (
        "tout coupé, elle n’est pas tombée à la moitié|"
        "tout coupé, elle est tombée à la moitié ou moins"
    ),
    "when.tied": (
        "les mots et la sortie partagent une table|les mots et la sortie ne partagent pas de table"
    ),
    "when.causal": "les mots à venir sont cachés|aucun mot à venir n’est caché",
    "when.right": "dans tous les cas|en aucun cas",
    "found.model": "le modèle",
    "found.sentence": "la phrase",
    "found.output": "la sortie",
    "found.read": "mots lus",
    "found.wrote": "mots écrits",
    "found.layers": "couches",
    "found.heads": "têtes",
    "found.width": "la largeur",
    "found.head_width": "la largeur d’une tête",
    "found.vocabulary": "le vocabulaire",
    "found.parameters": "paramètres",
    "found.heads_each": "têtes côte à côte",
    "found.word": "le mot",
    "found.chance": "sa probabilité",
    "found.runner": "le deuxième",
    "found.runner_chance": "la probabilité du deuxième",
    "found.before_word": "le mot d’avant",
    "found.head": "la tête",
    "found.at": "le mot regardé",
    "found.share": "la part",
    "found.second": "le deuxième mot",
    "found.second_share": "la part du deuxième",
    "found.third": "le troisième mot",
    "found.third_share": "la part du troisième",
    "found.old": "l’ancien mot",
    "found.new": "le nouveau mot",
    "found.changed": "ce qui a changé",
    "found.became": "ce qu’il est devenu",
    "found.before": "avant la coupe",
    "found.after": "après la coupe",
    "found.after_all": "tout coupé",
    "found.name": "son nom",
    "found.value": "la valeur",
    "found.pieces": "les morceaux",
    "found.count": "le nombre",
    "found.first": "la première place",
    "found.last": "la dernière place",
    "pin.title": "Épingle {count}",
    "pin.shows": "épingle {count} sur {total}",
    "pin.pinned": "épinglé",
    "pin.page": "la page",
    "pin.then": "sa valeur alors",
    "pin.sentence": "sur la phrase",
    "pin.alt": "Ce qui a été épinglé : {what}",
    "pin.notes": "Épinglé sur la page. Sa place là-bas : {address}",
    "pin.continued": "{title} (suite)",
}
