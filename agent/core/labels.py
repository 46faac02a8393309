"""The phrases that say what follows them, in French, English and Arabic.

A label that is missing here costs automation, not safety: what an unknown word and a colon announce is bound by
nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agent.core.names import CIVILITIES, tokens
from agent.domain.evidence import MarkKind

_PHRASES: dict[MarkKind, str] = {
    MarkKind.NAME: """
        patient; patiente; nom du patient; nom de la patiente; nom du malade; malade; patient name
        name of patient
        nom prenom; nom prenoms; nom et prenom; nom et prenoms; nom et prenom s; prenom nom
        prenom et nom; prenoms et nom
        nom prenom s; nom complet; nom et prenom du patient; nom prenom du patient
        nom et prenom de la patiente
        noms et prenoms; noms prenoms; nom s et prenom s; nom s prenom s
        identite; identite du patient; identite patient; concerne; concernant; concernant le patient
        interesse; interessee
        beneficiaire; nom du beneficiaire; beneficiaire des soins; nom et prenom du beneficiaire
        beneficiary
        enfant; nom de l enfant; child; usager; usagere; resident; residente; client; cliente; ayant droit
        name; full name; complete name; beneficiary name
        nourrisson; nouveau ne; bebe; newborn; infant; baby
        avoir examine ce jour; avoir vu ce jour; avoir recu ce jour
        vu en consultation; vue en consultation; recu en consultation; recue en consultation; avoir examine
        avoir vu; avoir recu; examine ce jour; certificat pour; certificat medical pour; seen in clinic
        المريض; المريضة; اسم المريض; اسم المريضة; الاسم; الاسم الكامل; الاسم و النسب; الاسم والنسب
        الاسم و اللقب
        الاسم واللقب; المستفيد; المستفيدة; الطفل; المعني بالامر; المعنية بالامر
    """,
    MarkKind.TOPIC: "re; subject; regarding; objet; about; الموضوع",
    MarkKind.PARTY: """
        patients; patientes; beneficiaires; enfants
        demandeur; demanderesse; requerant; requerante; plaignant; plaignante; defunt; defunte; decede; decedee
        victime; salarie; salariee; employe; employee; receveur; receveuse; acheteur; acquereur; vendeur
        locataire; bailleur; etudiant; etudiante; candidat; candidate; mandant; stagiaire
        heberge; hebergee; eleve; ecolier; emprunteur; facture a; attestation pour
        deceased; victim; tenant; applicant; claimant; plaintiff; recipient; student; buyer; seller; bill to; invoice to
        المتوفى; المتوفاة; الضحية; الاجير; الاجيرة; الطالب; الطالبة; المدعي; المشتري; البائع; التلميذ; التلميذة
    """,
    MarkKind.LAST_NAME: """
        nom; noms; nom de famille; nom d usage; nom usuel; nom marital; nom d epouse; nom patronymique
        last name; lastname; surname; family name; patient surname; patient last name; nom patient
        النسب; اللقب; الاسم العائلي; اسم العائلة
    """,
    MarkKind.FIRST_NAME: """
        prenom; prenoms; prenom s; prenom usuel; first name; firstname; first names; given name
        given names; forename
        forenames; patient first name; prenom patient; prenom du patient; الاسم الشخصي; الاسم الاول
    """,
    MarkKind.BIRTH_NAME: """
        nom de naissance; nom de jeune fille; nom naissance; birth name; maiden name; name at birth
    """,
    MarkKind.BIRTH_DATE: """
        ne le; nee le; ne e le; nes le; ne a; nee a; ne e a; ne en; nee en; ne e en; ne; nee; ne e; nele
        date de naissance; date naissance; date de naiss; date naiss; naissance; naiss; d d n; ddn; dn
        date nais
        date de naissance du patient; date de naissance de la patiente
        date of birth; birth date; birthdate; birthday; dob; d o b; born; born on; born in
        تاريخ الازدياد; تاريخ الميلاد; تاريخ الولادة; الازدياد; الميلاد; المزداد; المزدادة; مزداد
        مزدادة; المولود; المولودة
        مولود; مولودة; ازداد; ازدادت
    """,
    MarkKind.CIVILITY: "; ".join(sorted(CIVILITIES - {"m", "mm", "ms", "sr"}))
    + "; m; mm; ms; sr; m me; mr mme",
    MarkKind.ROLE: """
        dr; drs; docteur; docteure; doctor; pr; prof; professeur; professeure; professor; maitre
        medecin; medecins
        medecin traitant; medecin conseil; medecin prescripteur; medecin referent
        medecin correspondant; praticien
        physician; surgeon; consultant; gp; general practitioner; referring physician
        attending physician; nurse
        chirurgien; infirmier; infirmiere; sage femme; pharmacien; radiologue; anesthesiste
        cardiologue; biologiste; kine
        prescripteur; prescrit par; prescriber; prescribed by; operateur; interne; externe; redacteur
        expediteur
        destinataire; adresse par; adressee par; vu par; referred by; seen by; copie a; copie; cc
        redige par
        signe; signe par; signature; signed; signed by; valide par; validated by; dicte par; edite par
        imprime par
        nom du medecin; nom et prenom du medecin; nom du praticien; nom du docteur; doctor name
        doctor s name
        physician name; name of doctor; name of physician; nom du prescripteur; nom de l assure
        nom et prenom de l assure
        nom du pere; nom de la mere; father s name; mother s name; father name; mother name
        prenom du pere; prenom de la mere
        spouse name; nom du conjoint; nom du tuteur; name of insured; insured name; nom de l adherent
        nom du souscripteur
        pere; mere; parent; parents; fils; fille; fils de; fille de; frere; soeur; epoux; epouse
        epouse de; epoux de
        conjoint; conjointe; mari; femme de; veuve; veuf; veuve de; oncle; tante; grand pere
        grand mere; tuteur; tutrice
        maman; papa; beau pere; belle mere; beau frere; belle soeur; neveu; niece; cousin; cousine; petit fils
        petite fille; bebe de; bebe de la; nouveau ne de; nouveau ne a; nourrisson de; enfant de; enfants de
        temoin; temoins; declarant; declarante; defendeur; defenderesse; donneur; donneuse; employeur
        correspondant; correspondante; mandataire; responsable; soussigne; soussignee; soussignes; soussignees
        soussigne e; signataire; signatory; garant; garante; payeur; payeuse; paye par; payee par
        regle par; reglee par; chez; hebergeur; hebergeant; avocat; avocate; notaire; huissier; interprete
        traducteur; aidant; aidante; ambulancier; assistante sociale; en presence de; represente par
        representee par; demande par; etabli par; etablie par; a la demande de; pour le compte de; heritier
        heritiere; concubin; concubine; fiance; fiancee; partenaire; proche; famille
        witness; informant; defendant; donor; employer; proxy; responsible party; responsible person
        undersigned; guarantor; payer; paid by; baby of; newborn of; infant of; child of; mum; mom; dad; mama
        care of; c o; lawyer; attorney; notary; caregiver; carer; representative; legal representative
        on behalf of; requested by; account holder; card holder; cardholder; interpreter; partner; aunt; uncle
        grandmother; grandfather; nephew; stepfather; stepmother; relative; informed by; reported by
        father; mother; son; daughter; son of; daughter of; brother; sister; husband; wife; spouse
        widow; widow of
        guardian; next of kin; emergency contact; personne a prevenir; personne de confiance; contact
        accompagnant
        accompagnateur; accompagne de; accompagnee de; accompagne par; accompagnee par; amene par
        amenee par
        brought by; accompanied by; representant legal; responsable legal
        assure; assuree; assure e; assure principal; assure social; adherent; adherente; souscripteur
        souscriptrice; titulaire
        insured; insured person; policy holder; policyholder; subscriber; main insured; ouvrant droit
        rue; avenue; av; bd; boulevard; place; quartier; lotissement; residence; immeuble; allee
        impasse; chemin; route
        street; road; hopital; clinique; polyclinique; centre; laboratoire; pharmacie; cabinet; chu
        lycee; ecole
        hospital; clinic; centre hospitalier; fondation; institut; antecedents; antecedents familiaux
        family history
        الدكتور; الدكتورة; دكتور; د; الاستاذ; الاستاذة; البروفيسور; الطبيب; الطبيبة; الاب; الام; والد
        والدة; والده; والدته
        الزوج; الزوجة; زوج; زوجة; الابن; الابنة; ابن; ابنة; الوصي; المؤمن; المؤمن له; المؤمنة; المنخرط
        الشاهد; الشاهدة; المصرح; المصرحة; المدعى عليه; المتبرع; المتبرعة; المشغل; الوكيل; المسؤول; المسؤولة
        ولي الامر; الموقع اسفله; الموقعة اسفله; رضيع; مولود السيدة; طفل; طفل السيدة; المؤدي; الاخ; الاخت; العم
        الخال; الجد; الجدة; بطلب من; عند
        شارع; زنقة; حي
        مستشفى; مصحة; عيادة; مركز; صيدلية; مختبر; توقيع; بمرافقة
    """,
    MarkKind.NEUTRAL: """
        au nom de; au nom du; nom de l etablissement; nom du service; nom du medicament; nom commercial
        nom du produit
        file name; product name; brand name; company name; hospital name; nom de fichier
        nom et adresse; nom de l examen
        acte de naissance; extrait de naissance; extrait d acte de naissance; certificat de naissance
        lieu de naissance; ville de naissance; pays de naissance; place of birth; ne vivant
        age; ans; an; mois; sexe; sex; gender; tel; telephone; phone; fax; mobile; gsm; email; mail
        courriel; adresse; address
        ville; city; date; date d examen; date de l examen; date d admission; date d entree
        date de sortie; date du jour
        chambre; lit; service; dossier; consultation; hospitalisation; examen; exam; motif; diagnostic
        profession
        nationalite; nationality; situation familiale; poids; taille; page; ref; reference; bonjour
        cher; chere; dear
        العمر; السن; الجنس; الهاتف; العنوان; المدينة; التاريخ; تاريخ; مكان الازدياد; مكان الميلاد; المهنة
    """,
}
_NUMBER_PHRASES: dict[str | None, str] = {
    "cin": """
        titulaire de la cin; titulaire de la c i n; titulaire de la carte nationale; titulaire de la cine
        cin; c i n; n cin; no cin; cine; cnie; c n i e; cni; n cni; carte nationale
        carte nationale d identite; carte d identite
        carte d identite nationale; carte identite; n de la carte nationale; piece d identite
        national id; national id card
        national identity card; identity card; id card; n cnie
        بطاقة التعريف الوطنية; رقم بطاقة التعريف الوطنية; البطاقة الوطنية; رقم البطاقة الوطنية; ب ت و
        ب و; رقم ب ت و
    """,
    "nir": """
        nir; n nir; n ss; no ss; numero ss; securite sociale; n securite sociale; n de securite sociale
        no de securite sociale
        numero de securite sociale; numero securite sociale; n secu; numero de secu; social security number
        social security no; n d immatriculation; carte vitale
    """,
    "insurance": """
        n assure; n d assure; no assure; numero d assure; numero assure; n assurance; n d assurance
        numero d assurance
        n d affiliation; numero d affiliation; affiliation; immatriculation; n immatriculation
        numero d immatriculation; cnss; n cnss
        cnops; n cnops; amo; n amo; n adherent; n d adherent; numero d adherent; n de police; n police
        police; numero de police
        n mutuelle; mutuelle; matricule; n matricule; insurance number; insurance no; insurance id
        insurance; policy number
        policy no; policy; member id; member number; member no; membership number; assurance
        رقم التامين; رقم الانخراط; رقم التسجيل; رقم المؤمن; رقم الضمان الاجتماعي
    """,
    "niss": """
        niss; n niss; no niss; numero niss; registre national; n registre national; n de registre national
        no de registre national; numero de registre national; numero du registre national; rijksregisternummer
        national register number; national register no
    """,
    "dni": """
        dni; n dni; no dni; numero dni; numero de dni; dni nie; d n i; n i e; n nie; documento nacional de identidad
        numero de identidad de extranjero
    """,
    "codice_fiscale": "codice fiscale; cod fiscale",
    "nhs": "nhs number; nhs no; nhs num; nhs id",
    "avs": "avs; n avs; no avs; numero avs; ahv; ahv nr; ahv nummer; n ahv; avs ahv; ahv avs",
    "nif": "numero de contribuinte; n contribuinte; contribuinte; numero de identificacao fiscal",
    None: """
        numero national; n national; national number; national no; nif; n nif
        n identifiant; no identifiant; numero identifiant; identifiant; numero d identifiant
        n d identifiant; identifiant patient
        n d identification; numero d identification; identification number; id number; id no; id
        patient id; identity number
        identifier; n d identite; numero d identite; carte; n carte; n de carte; no carte
        numero de carte; card; card number; card no
        رقم التعريف; رقم الهوية; رقم البطاقة; المعرف; رقم المعرف; رقم المريض; البطاقة
    """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A label in tokens."""

    tokens: tuple[str, ...]
    kind: MarkKind
    identifier: str | None = None
    is_mirrored: bool = False


def _split(phrases: str) -> Iterator[tuple[str, ...]]:
    for phrase in phrases.replace("\n", ";").split(";"):
        if words := tokens(phrase):
            yield words


def phrases_of(labels: str, kind: MarkKind, identifier: str | None = None) -> Iterator[Phrase]:
    """Read labels of one kind, `;` between them."""
    for words in _split(labels):
        yield Phrase(tokens=words, kind=kind, identifier=identifier)
        yield from _mirrors(words, kind, identifier)


def _all_phrases() -> Iterator[Phrase]:
    for kind, labels in _PHRASES.items():
        yield from phrases_of(labels, kind)
    for identifier, labels in _NUMBER_PHRASES.items():
        yield from phrases_of(labels, MarkKind.IDENTIFIER, identifier)


def _mirrors(words: tuple[str, ...], kind: MarkKind, identifier: str | None) -> Iterator[Phrase]:
    """Arabic as some PDFs hold it: the words of a line, or all its letters, from left to right."""
    if "\u0600" <= words[0][0] <= "\u06ff":
        backwards = tuple(reversed(words))
        spelled = tuple(word[::-1] for word in backwards)
        for mirrored in {backwards, spelled} - {words}:
            yield Phrase(tokens=mirrored, kind=kind, identifier=identifier, is_mirrored=True)


def by_first(phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
    """Group by the first token, the longest first; of equal phrases the one written last counts.

    A phrase is also known with two of its words run together, as OCR and hasty typists write them.
    """
    written = tuple(phrases)
    known = {phrase.tokens: phrase for phrase in (*_run_together(written), *written)}
    grouped: dict[str, list[Phrase]] = {}
    for phrase in sorted(known.values(), key=lambda phrase: -len(phrase.tokens)):
        grouped.setdefault(phrase.tokens[0], []).append(phrase)
    return grouped


def _run_together(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    """`Nom etprénom`, `Datede naissance`: two words as one, where that is too long to be another word."""
    for phrase in phrases:
        for place in range(len(phrase.tokens) - 1):
            joined = phrase.tokens[place] + phrase.tokens[place + 1]
            if len(joined) >= _SHORTEST_JOINED:
                words = (*phrase.tokens[:place], joined, *phrase.tokens[place + 2 :])
                yield replace(phrase, tokens=words)


_SHORTEST_JOINED = 5
_SILENT = frozenset({MarkKind.ROLE, MarkKind.NEUTRAL, MarkKind.BIRTH_DATE})
"""What binds no name; and no birth date is written without four digits."""


def identifying(phrases: Iterable[Phrase]) -> tuple[str, ...]:
    """The labels, in Latin letters, without which and without a long number no page says who a document is about."""
    telling = (phrase.tokens for phrase in phrases if phrase.kind not in _SILENT)
    return tuple(sorted({" ".join(words) for words in telling if words[0].isascii()}))


PHRASES = tuple(_all_phrases())
"""All labels that this program knows."""
