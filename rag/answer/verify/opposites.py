"""Opposites that news writes in both languages: what one text calls rising and another falling. Data.

Each row has two sides, as patterns of words in lower case; a row is one question on which two texts can differ.
"""

from __future__ import annotations

import regex as re

_OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        r"ris(?:e|es|ing|en)|rose|increas\w+|grew|grow(?:s|n|ing)?|climb\w*|up by|gain\w*|surg\w+|tăng|"
        r"gia tăng|dâng|leo thang",
        r"f[ae]ll(?:s|en|ing)?|decreas\w+|declin\w+|drop\w*|shr[aiu]nk\w*|reduc\w+|down by|plung\w+|"
        r"slump\w*|giảm|sụt|hạ xuống|rút ngắn",
    ),
    (
        r"w[io]n|wins|winning|victor\w*|beat(?:s|en|ing)?|thắng|chiến thắng",
        r"lost|los(?:e|es|ing)|thua|thất bại",
    ),
    (
        r"open(?:s|ed|ing)?|reopen\w*|mở cửa|mở lại|khai trương|thông xe|khánh thành",
        r"clos(?:e|es|ed|ing|ure)|shut\w*|đóng cửa|đóng lại",
    ),
    (
        r"accept\w*|agree\w*|approv\w+|chấp nhận|chấp thuận|đồng ý|phê duyệt|thông qua",
        r"reject\w*|refus\w+|disagree\w*|oppos\w+|den(?:y|ied|ies)|bác bỏ|từ chối|phản đối|phủ nhận",
    ),
    (
        r"support\w*|back(?:s|ed|ing)|ủng hộ|hậu thuẫn",
        r"oppos\w+|criticis\w+|criticiz\w+|condemn\w*|phản đối|chỉ trích|lên án",
    ),
    (
        r"confirm\w*|admit\w*|acknowledg\w+|xác nhận|thừa nhận",
        r"den(?:y|ied|ies|ying)|phủ nhận|bác bỏ",
    ),
    (
        r"allow\w*|permit\w*|cho phép",
        r"ban(?:s|ned|ning)?|forb[aio]d\w*|prohibit\w*|cấm",
    ),
    (
        r"start(?:s|ed|ing)?|beg[aiu]n\w*|bắt đầu|khởi công|khởi đầu|mở màn",
        r"end(?:s|ed|ing)?|finish\w*|conclud\w+|complet\w+|kết thúc|hoàn thành|chấm dứt",
    ),
    (
        r"arriv\w+|đến nơi|tới nơi",
        r"depart\w*|le(?:ft|aves?|aving)|rời|khởi hành",
    ),
    (
        r"bought|buy(?:s|ing)?|purchas\w+|mua",
        r"s[eo]ll(?:s|ing)?|sold|bán",
    ),
    (
        r"import\w*|nhập khẩu",
        r"export\w*|xuất khẩu",
    ),
    (
        r"more|higher|greater|larger|nhiều hơn|cao hơn|lớn hơn|(?<!thấp )(?<!ít )(?<!nhỏ )(?<!kém )hơn",
        r"less|fewer|lower|smaller|ít hơn|thấp hơn|nhỏ hơn|kém",
    ),
    (
        r"most|highest|largest|biggest|nhiều nhất|cao nhất|lớn nhất",
        r"least|lowest|smallest|fewest|ít nhất|thấp nhất|nhỏ nhất",
    ),
    (
        r"first|đầu tiên|lần đầu",
        r"last|final|cuối cùng|lần cuối",
    ),
    (
        r"north(?:ern)?|phía bắc|miền bắc",
        r"south(?:ern)?|phía nam|miền nam",
    ),
    (
        r"east(?:ern)?|phía đông|miền đông",
        r"west(?:ern)?|phía tây|miền tây",
    ),
    (
        r"morning|sáng|rạng sáng|dawn",
        r"afternoon|evening|night|chiều|tối|đêm",
    ),
    (
        r"men|man|male|boys?|nam giới|đàn ông|con trai",
        r"women|woman|female|girls?|nữ giới|phụ nữ|con gái|đàn bà",
    ),
    (
        r"husband|father|son|brother|chồng|cha|bố",
        r"wife|mother|daughter|sister|vợ|mẹ",
    ),
    (
        r"alive|surviv\w+|sống sót|còn sống",
        r"dead|died|kill\w*|chết|thiệt mạng|tử vong|qua đời",
    ),
    (
        r"succe(?:ed|ss)\w*|thành công",
        r"fail\w*|thất bại",
    ),
    (
        r"postpon\w+|delay\w*|lùi|hoãn|chậm",
        r"brought forward|earlier than planned|đúng hạn|sớm hơn",
    ),
    (
        r"guilty|convict\w+|có tội|kết án",
        r"innocent|acquit\w+|not guilty|vô tội|trắng án",
    ),
    (
        r"tighten\w*|siết|thắt chặt",
        r"eas(?:e|ed|es|ing)|relax\w*|loosen\w*|nới lỏng",
    ),
    (
        r"strengthen\w*|deepen\w*|tăng cường|củng cố|thắt chặt",
        r"weaken\w*|suy yếu|làm yếu",
    ),
    (
        r"expensive|dearer|đắt",
        r"cheap\w*|rẻ",
    ),
    (
        r"enemy|enem(?:y|ies)|kẻ thù|thù địch",
        r"ally|allies|friend\w*|đồng minh|bạn bè",
    ),
    (
        r"all|every|tất cả|toàn bộ|mọi",
        r"none|nobody|không ai|không có ai",
    ),
    (
        r"oldest|già nhất",
        r"youngest|trẻ nhất",
    ),
)  # fmt: skip
SIDES = tuple(
    (re.compile(rf"\b(?:{one})\b", re.IGNORECASE), re.compile(rf"\b(?:{other})\b", re.IGNORECASE))
    for one, other in _OPPOSITES
)
# Rows that say one thing from two sides: who wins and who loses, who buys and who sells.
OF_TWO_SIDES = frozenset(row for row, (_, words) in enumerate(SIDES) if words.search("lose") or words.search("sell"))
