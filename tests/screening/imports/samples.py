"""Lists in the shape of the real ones. Every person, number and organisation in them is invented."""

from __future__ import annotations

import io
import json

from comity.matching import check_digit
from comity.screening.imports import Entry, ListFormat, Reading, RowError, read_list

NAMESPACE = "http://eu.europa.ec/fpi/fsd/export"

CSV = """\
reference;name;alias;weak_alias;birth_date;sex;nationality;document_kind;document_number;document_state;review_on;expires_on
A-1;Jalil al-TAMTAMI;جليل الطمطمي|TAMTAMI, Jaleel;Abu Tam;1970-05-01|1971;m;QA|Germany;passport|plate;X 12 34|DO-77;QA|QAT;2027-01-31;2029-01-31
A-2;;;;;;;passport;Y9900;D;;
"""  # noqa: E501  # one row of a list

FTM_ROWS = [
    {
        "id": "NK-inv-pass-1",
        "schema": "Passport",
        "properties": {"holder": ["NK-inv-1"], "number": ["X1234"], "country": ["qa"]},
    },
    {
        "id": "NK-inv-1",
        "caption": "Jalil al-Tamtami",
        "schema": "Person",
        "target": True,
        "datasets": ["invented"],
        "properties": {
            "name": ["Jalil al-Tamtami", "جليل الطمطمي"],
            "weakAlias": ["Abu Tam"],
            "birthDate": ["1970-05-01", "1971"],
            "gender": ["male"],
            "nationality": ["qa"],
            "citizenship": ["de"],
            "passportNumber": ["X1234", "Z777"],
            "addressEntity": [{"id": "addr-1", "schema": "Address", "properties": {"full": ["Nowhere 1"]}}],
        },
    },
    {"id": "NK-inv-2", "schema": "Organization", "properties": {"name": ["Invented Works"]}},
    {"id": "NK-inv-3", "schema": "Vessel", "properties": {"name": ["MV INVENTED"]}},
    {"id": "NK-inv-4", "schema": "Family", "properties": {"person": ["NK-inv-1"]}},
    {
        "id": "NK-inv-id-1",
        "schema": "Identification",
        "properties": {"holder": ["NK-inv-1"], "number": ["55-66"], "type": ["National ID"], "country": ["de"]},
    },
    {
        "id": "NK-inv-id-2",
        "schema": "Identification",
        "properties": {"holder": ["NK-inv-2"], "number": ["77"], "type": ["Tax number"]},
    },
]
FTM = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in FTM_ROWS)

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" dateGenerated="2026-11-01T00:00:00Z">
 <INDIVIDUALS>
  <INDIVIDUAL>
   <DATAID>9900001</DATAID><VERSIONNUM>1</VERSIONNUM>
   <FIRST_NAME>JALIL</FIRST_NAME><SECOND_NAME>AL-TAMTAMI</SECOND_NAME><THIRD_NAME>na</THIRD_NAME>
   <UN_LIST_TYPE>Invented</UN_LIST_TYPE><REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><LISTED_ON>2020-01-01</LISTED_ON>
   <GENDER>Male</GENDER>
   <NAME_ORIGINAL_SCRIPT>جليل الطمطمي</NAME_ORIGINAL_SCRIPT>
   <COMMENTS1>Invented &amp; harmless.</COMMENTS1>
   <NATIONALITY><VALUE>Qatar</VALUE><VALUE>Congo, Democratic Republic of the</VALUE></NATIONALITY>
   <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jaleel Tamtami; Jalil Tamtam</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu Tam</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ADDRESS><COUNTRY>Qatar</COUNTRY></INDIVIDUAL_ADDRESS>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1970-05-01</DATE></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1972</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1974</FROM_YEAR><TO_YEAR>1976</TO_YEAR>
   </INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>X1234</NUMBER>
    <ISSUING_COUNTRY>Qatar</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
   <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT><NUMBER>55-66</NUMBER>
    <COUNTRY_OF_ISSUE>Qatar</COUNTRY_OF_ISSUE></INDIVIDUAL_DOCUMENT>
   <INDIVIDUAL_DOCUMENT/>
  </INDIVIDUAL>
 </INDIVIDUALS>
 <ENTITIES>
  <ENTITY><DATAID>9900002</DATAID><FIRST_NAME>INVENTED WORKS</FIRST_NAME></ENTITY>
 </ENTITIES>
</CONSOLIDATED_LIST>
"""

EU = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<export xmlns="{NAMESPACE}" generationDate="2026-11-01T00:00:00.000+01:00" globalFileId="1">
 <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.9001.1" logicalId="9001">
  <regulation regulationType="amendment" programme="INV" logicalId="1"><publicationUrl>about:blank</publicationUrl></regulation>
  <subjectType code="person" classificationCode="P"/>
  <nameAlias firstName="Jalil" middleName="" lastName="al-Tamtami" wholeName="Jalil al-Tamtami" gender="M" strong="true"/>
  <nameAlias firstName="" middleName="" lastName="" wholeName="جليل الطمطمي" nameLanguage="AR" strong="true"/>
  <nameAlias firstName="" middleName="" lastName="" wholeName="Abu Tam" strong="false"/>
  <birthdate circa="false" calendarType="GREGORIAN" birthdate="1970-05-01" dayOfMonth="1" monthOfYear="5" year="1970"/>
  <birthdate circa="true" calendarType="GREGORIAN" year="1972" countryIso2Code="00"/>
  <birthdate circa="true" calendarType="GREGORIAN" yearRangeFrom="1974" yearRangeTo="1976"/>
  <citizenship region="" countryIso2Code="QA" countryDescription="QATAR"/>
  <citizenship region="" countryIso2Code="00" countryDescription="UNKNOWN"/>
  <identification number="X1234" countryIso2Code="QA" identificationTypeCode="passport"/>
  <identification number="55-66" countryIso2Code="00" countryDescription="UNKNOWN" identificationTypeCode="id"/>
  <identification number="1" countryIso2Code="00" identificationTypeCode="other"/>
 </sanctionEntity>
 <sanctionEntity euReferenceNumber="EU.9002.1" logicalId="9002">
  <subjectType code="enterprise" classificationCode="E"/><nameAlias wholeName="Invented Works" strong="true"/>
 </sanctionEntity>
</export>
"""  # noqa: E501  # one element of a list

OFAC = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://tempuri.org/sdnList.xsd">
 <publshInformation><Publish_Date>11/01/2026</Publish_Date><Record_Count>3</Record_Count></publshInformation>
 <sdnEntry>
  <uid>990001</uid><firstName>Jalil</firstName><lastName>AL-TAMTAMI</lastName><sdnType>Individual</sdnType>
  <programList><program>INV</program></programList>
  <idList>
   <id><uid>1</uid><idType>Passport</idType><idNumber>X1234</idNumber><idCountry>Qatar</idCountry></id>
   <id><uid>2</uid><idType>Gender</idType><idNumber>Male</idNumber></id>
   <id><uid>3</uid><idType>Tax ID No.</idType><idNumber>99</idNumber></id>
  </idList>
  <akaList>
   <aka><uid>4</uid><type>a.k.a.</type><category>strong</category><lastName>TAMTAMI</lastName><firstName>Jaleel</firstName></aka>
   <aka><uid>5</uid><type>a.k.a.</type><category>weak</category><lastName>ABU TAM</lastName></aka>
  </akaList>
  <nationalityList><nationality><uid>6</uid><country>Qatar</country><mainEntry>true</mainEntry></nationality></nationalityList>
  <citizenshipList><citizenship><uid>7</uid><country>Germany</country></citizenship></citizenshipList>
  <dateOfBirthList>
   <dateOfBirthItem><uid>8</uid><dateOfBirth>01 May 1970</dateOfBirth><mainEntry>true</mainEntry></dateOfBirthItem>
   <dateOfBirthItem><uid>9</uid><dateOfBirth>circa 1972</dateOfBirth><mainEntry>false</mainEntry></dateOfBirthItem>
   <dateOfBirthItem><uid>10</uid><dateOfBirth>1974 to 1976</dateOfBirth><mainEntry>false</mainEntry></dateOfBirthItem>
  </dateOfBirthList>
 </sdnEntry>
 <sdnEntry><uid>990002</uid><lastName>INVENTED WORKS</lastName><sdnType>Entity</sdnType></sdnEntry>
 <sdnEntry><uid>990003</uid><lastName>MV INVENTED</lastName><sdnType>Vessel</sdnType></sdnEntry>
</sdnList>
"""  # one element of a list


def _date(year: int, month: int, day: int) -> str:
    return f"<Year>{year}</Year><Month>{month}</Month><Day>{day}</Day>"


def period(first: tuple[int, int, int], last: tuple[int, int, int]) -> str:
    """Write a period of the advanced format."""
    start, end = _date(*first), _date(*last)
    return (
        f'<DatePeriod CalendarTypeID="1"><Start Approximate="false"><From>{start}</From><To>{start}</To></Start>'
        f'<End Approximate="false"><From>{end}</From><To>{end}</To></End></DatePeriod>'
    )


OFAC_ADVANCED = f"""<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="http://www.un.org/sanctions/1.0">
 <DateOfIssue CalendarTypeID="1"><Year>2026</Year><Month>11</Month><Day>1</Day></DateOfIssue>
 <ReferenceValueSets>
  <AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType><AliasType ID="1403">Name</AliasType></AliasTypeValues>
  <CountryValues><Country ID="11" ISO2="QA">Qatar</Country><Country ID="12">Germany</Country></CountryValues>
  <DetailReferenceValues><DetailReference ID="91526">Male</DetailReference></DetailReferenceValues>
  <FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="10">Nationality Country</FeatureType>
   <FeatureType ID="11">Citizenship Country</FeatureType><FeatureType ID="224">Gender</FeatureType></FeatureTypeValues>
  <IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType><IDRegDocType ID="1596">SSN</IDRegDocType></IDRegDocTypeValues>
  <NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType></NamePartTypeValues>
  <PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
   <PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
  <PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType></PartyTypeValues>
 </ReferenceValueSets>
 <Locations>
  <Location ID="500"><LocationCountry CountryID="11" CountryRelevanceID="1"/></Location>
  <Location ID="501"><LocationCountry CountryID="12" CountryRelevanceID="1"/></Location>
 </Locations>
 <IDRegDocuments>
  <IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="71" IssuedBy-CountryID="11" ValidityID="1">
   <Comment/><IDRegistrationNo>X1234</IDRegistrationNo></IDRegDocument>
  <IDRegDocument ID="2" IDRegDocTypeID="1596" IdentityID="71"><IDRegistrationNo>99</IDRegistrationNo></IDRegDocument>
 </IDRegDocuments>
 <DistinctParties>
  <DistinctParty FixedRef="990001">
   <Profile ID="990001" PartySubTypeID="4">
    <Identity ID="71" FixedRef="990001" Primary="true" False="false">
     <Alias FixedRef="990001" AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName ID="1">
      <DocumentedNamePart><NamePartValue NamePartGroupID="31" ScriptID="215">AL-TAMTAMI</NamePartValue></DocumentedNamePart>
      <DocumentedNamePart><NamePartValue NamePartGroupID="32" ScriptID="215">Jalil</NamePartValue></DocumentedNamePart>
     </DocumentedName><DocumentedName ID="2">
      <DocumentedNamePart><NamePartValue NamePartGroupID="31" ScriptID="160">الطمطمي</NamePartValue></DocumentedNamePart>
      <DocumentedNamePart><NamePartValue NamePartGroupID="32" ScriptID="160">جليل</NamePartValue></DocumentedNamePart>
     </DocumentedName></Alias>
     <Alias FixedRef="990001" AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName ID="3">
      <DocumentedNamePart><NamePartValue NamePartGroupID="31">ABU TAM</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
     <NamePartGroups>
      <MasterNamePartGroup><NamePartGroup ID="31" NamePartTypeID="1520"/></MasterNamePartGroup>
      <MasterNamePartGroup><NamePartGroup ID="32" NamePartTypeID="1521"/></MasterNamePartGroup>
     </NamePartGroups>
    </Identity>
    <Feature ID="1" FeatureTypeID="8"><FeatureVersion ID="1">{period((1970, 5, 1), (1970, 5, 1))}</FeatureVersion></Feature>
    <Feature ID="2" FeatureTypeID="8"><FeatureVersion ID="2">{period((1972, 1, 1), (1972, 12, 31))}</FeatureVersion></Feature>
    <Feature ID="3" FeatureTypeID="8"><FeatureVersion ID="3">{period((1974, 1, 1), (1976, 12, 31))}</FeatureVersion></Feature>
    <Feature ID="4" FeatureTypeID="10"><FeatureVersion ID="4"><VersionLocation LocationID="500"/></FeatureVersion></Feature>
    <Feature ID="5" FeatureTypeID="11"><FeatureVersion ID="5"><VersionLocation LocationID="501"/></FeatureVersion></Feature>
    <Feature ID="6" FeatureTypeID="224"><FeatureVersion ID="6"><VersionDetail DetailTypeID="1431" DetailReferenceID="91526"/></FeatureVersion></Feature>
   </Profile>
  </DistinctParty>
  <DistinctParty FixedRef="990002"><Profile ID="990002" PartySubTypeID="3"/></DistinctParty>
  <DistinctParty FixedRef="990003"><Profile ID="990003" PartySubTypeID="1"/></DistinctParty>
 </DistinctParties>
</Sanctions>
"""  # noqa: E501  # one element of a list


def td3(number: str, family: str, given: str, *, birth: str = "700501", ends: str = "320415") -> str:
    """Write the zone of an invented German passport, check digits included."""
    one = f"P<D<<{family}<<{given.replace(' ', '<')}".ljust(44, "<")
    two = f"{number:<9}".replace(" ", "<")
    two += check_digit(two) + "D<<" + birth + check_digit(birth) + "F" + ends + check_digit(ends) + "<" * 14 + "0"
    return f"{one}\n{two}{check_digit(two[0:10] + two[13:20] + two[21:43])}\n"


ALL = {
    ListFormat.CSV: CSV,
    ListFormat.FTM: FTM,
    ListFormat.UN: UN,
    ListFormat.EU: EU,
    ListFormat.OFAC: OFAC,
    ListFormat.OFAC_ADVANCED: OFAC_ADVANCED,
    ListFormat.MRZ: td3("C01XZZZ00", "TAMTAMI", "JALILA SELMA") + "\n" + td3("C01XZZZ01", "TAMTAMI", "JALIL"),
    ListFormat.TEXT: "Jalil al-Tamtami\n# invented\n\nTAMTAMI, Jaleel\n",
}


def reading(text: str | bytes, format_: ListFormat) -> Reading:
    """Begin to read a list."""
    return read_list(io.BytesIO(text.encode() if isinstance(text, str) else text), format_)


def read_all(text: str | bytes, format_: ListFormat) -> tuple[list[Entry], list[RowError]]:
    """Return the entries and the faults of a list."""
    items = list(reading(text, format_))
    return [i for i in items if isinstance(i, Entry)], [i for i in items if isinstance(i, RowError)]
