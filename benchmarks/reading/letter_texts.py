"""The words of invented letters. All people, places and numbers are invented."""

from dataclasses import dataclass

BEGINNINGS = (
    "Bran",
    "Cel",
    "Dura",
    "Fen",
    "Gal",
    "Hor",
    "Jus",
    "Kelm",
    "Lam",
    "Mir",
    "Nor",
    "Pav",
    "Roz",
    "Tiz",
    "Vel",
)
ENDS = ("adat", "efeld", "igan", "olor", "umic", "anard", "equin", "irel", "osal", "uvet")
FIRST_NAMES = (
    "Adèle",
    "Bruno",
    "Chloé",
    "Denis",
    "Elsa",
    "Fouad",
    "Gisèle",
    "Hamid",
    "Inès",
    "Jules",
    "Khadija",
    "Léon",
)
SERIES = ("BE", "JA", "ZK", "CD", "EG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How offices write in one language."""

    code: str
    sender: str
    address: str
    place: str
    subject: str
    patient: str
    born: str
    number: str
    greeting: str
    sentences: tuple[str, ...]
    farewell: str
    signature: str
    cover: str


FRENCH = Language(
    code="fr",
    sender="Centre hospitalier des Tilleuls",
    address="12, avenue du Phare - Port-Allune - Tél. 05 00 00 01 20",
    place="Port-Allune, le",
    subject="Objet : compte rendu de consultation",
    patient="Patient",
    born="Né(e) le",
    number="N° identifiant",
    greeting="Cher confrère, chère consœur,".replace("œ", "oe"),
    sentences=(
        "La radiographie du thorax de face ne montre pas de foyer évolutif ni d'épanchement pleural.",
        "Le bilan sanguin réalisé ce jour met en évidence une légère anémie sans signe de gravité.",
        "Le traitement par antihypertenseur est bien toléré et sera poursuivi pendant trois mois.",
        "L'examen clinique retrouve un abdomen souple ; l'auscultation cardiaque est régulière.",
        "Un contrôle échographique est à prévoir dans un délai de six semaines, à jeun.",
        "En l'absence de fièvre, la reprise d'une activité à temps partiel est autorisée.",
        "Nous vous prions de bien vouloir transmettre les résultats antérieurs au secrétariat.",
        "Le montant restant à charge est payable par virement sous trente jours.",
    ),
    farewell="Veuillez agréer l'expression de mes salutations distinguées.",
    signature="Le médecin du service",
    cover="Bordereau d'envoi. Nombre de pages : 2. Le document suit cette feuille.",
)

ENGLISH = Language(
    code="en",
    sender="Northfield General Hospital",
    address="48 Queen Street, Suite 210, Northfield - Tel. 555-0142",
    place="Northfield,",
    subject="Re: consultation report",
    patient="Patient name",
    born="Date of birth",
    number="ID number",
    greeting="Dear colleague,",
    sentences=(
        "The chest radiograph shows no evidence of active disease and no pleural effusion.",
        "A follow-up ultrasound should be booked within six weeks; please fast for eight hours before.",
        "On examination the abdomen was soft and the lungs were clear.",
        "In the absence of fever or pain, a part-time return to work is authorised next month.",
        "The outstanding balance is payable by bank transfer within thirty days of receipt.",
        "Please forward any previous results to our office before the next consultation.",
        "The present treatment is well tolerated and will be continued at the same dose.",
        "Blood tests taken today show a mild anaemia without any sign of severity.",
    ),
    farewell="Yours sincerely,",
    signature="The consultant in charge",
    cover="Transmission sheet. Number of pages: 2. The document follows this page.",
)

LANGUAGES = (FRENCH, ENGLISH)

ARABIC = Language(
    code="ar",
    sender="مستشفى النور العام",
    address="",
    place="",
    subject="الموضوع: تقرير طبي",
    patient="Patient",
    born="Né(e) le",
    number="N° identifiant",
    greeting="",
    sentences=(
        "نود إعلامكم بأن نتائج تحليل الدم أظهرت نقصا طفيفا في الحديد دون أي علامة خطورة.",
        "يجب مواصلة العلاج الحالي بنفس الجرعة لمدة ثلاثة أشهر.",
        "لم تظهر الأشعة السينية للصدر أي علامات مرضية نشطة.",
        "يرجى إرسال النتائج السابقة إلى السكرتارية قبل موعد الفحص القادم.",
    ),
    farewell="مع فائق الاحترام",
    signature="",
    cover="",
)
