"""The icons: 24 by 24, one stroke, round ends. Each is the inside of its <svg>."""

ICONS: dict[str, str] = {
    "shop": '<path d="M4 10v9a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-9M3 9l2-5h14l2 5a3 3 0 0 1-6'
    ' 0 3 3 0 0'
    ' 1-6 0 3 3 0 0 1-6 0ZM9 20v-5h6v5"/>',
    "categories": '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/>'
    '<rect x="13.5" y="4" width="6.5" height="6.5" rx="3.25"/>'
    '<rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/>'
    '<rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.5"/>',
    "cart": '<path d="M3 4h2.2l2 11h10.4l2.1-8H6"/><circle cx="9" cy="19" r="1.4"/>'
    '<circle cx="16.5" cy="19" r="1.4"/>',
    "me": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.8-3.6 3.4-5 6.5-5s5.7'
    ' 1.4 6.5 5"/>'
    '<path d="M15.5 5.2a3.5 3.5 0 0 1 0 6.6M18 14.9c1.8.7 3 2.1 3.5 4.6"/>',
    "today": '<path d="M3 18.5h18M6.5 18.5a5.5 5.5 0 0 1 11 0M12 5v4M9.5 7 12 4.5 14.5 7M4.6 11.6'
    'l1.4 1.4M19.4 11.6 18 13"/>',
    "goods": '<path d="M12 3 4 7v10l8 4 8-4V7l-8-4ZM4 7l8 4 8-4M12 11v10M8 5l8 4"/>',
    "orders": '<path d="M6 3h12v18l-3-2-3 2-3-2-3 2V3ZM9.5 8h5M9.5 12h5"/>',
    "share": '<path d="M12 15V3.5M7.5 7.5 12 3.5l4.5 4M5 12v7a1.5 1.5 0 0 0 1.5 1.5h11A1.5'
    ' 1.5 0 0 0 19 19v-7"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3'
    'a4 4 0 0 0 5.7 5.7l1-1"/>',
    "copy": '<rect x="8" y="8" width="12" height="12" rx="2.5"/><path d="M16 5.5A2 2 0 0 0'
    ' 14 4H6a2 2'
    ' 0 0 0-2 2v8a2 2 0 0 0 1.5 2"/>',
    "qr": '<rect x="4" y="4" width="6" height="6" rx="1"/><rect x="14" y="4" width="6"'
    ' height="6" rx="1"/>'
    '<rect x="4" y="14" width="6" height="6" rx="1"/><path d="M14 14h2.5v2.5M20 14v6M14'
    ' 20h3M7 7h.01'
    'M17 7h.01M7 17h.01"/>',
    "ask": '<path d="M4 5.5h16v11h-9l-4.5 3.5v-3.5H4v-11ZM8.5 10h7M8.5 13h4"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "back": '<path d="M14.5 5 7.5 12l7 7"/>',
    "next": '<path d="m9.5 5 7 7-7 7"/>',
    "down": '<path d="m5 9.5 7 7 7-7"/>',
    "up": '<path d="m5 14.5 7-7 7 7"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8h.01"/>',
    "warn": '<path d="M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17h.01"/>',
    "good": '<circle cx="12" cy="12" r="8.5"/><path d="m8 12.2 2.8 2.8L16 9.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "parcel": '<path d="M4 8h16v11.5H4V8ZM4 8l2.5-4h11L20 8M12 4v8"/>',
    "truck": '<path d="M2.5 6h11v10.5h-11V6ZM13.5 9.5H18l3.5 3.5v3.5h-8"/>'
    '<circle cx="7" cy="18" r="1.8"/><circle cx="17" cy="18" r="1.8"/>',
    "returns": '<path d="M4 9h11a5 5 0 0 1 0 10H8M8 5 4 9l4 4"/>',
    "wallet": '<path d="M4 7h15a1.5 1.5 0 0 1 1.5 1.5v10A1.5 1.5 0 0 1 19 20H5.5A1.5 1.5 0'
    ' 0 1 4 18.5V7Zm0 0 12-3.5V7M16.5 13.5h.01"/>',
    "coupon": '<path d="M3.5 6h17v4a2 2 0 0 0 0 4v4h-17v-4a2 2 0 0 0 0-4V6ZM14 6v2.5M14 11v2'
    'M14 15.5V18"/>',
    "earn": '<circle cx="12" cy="12" r="8.5"/><path d="m8.5 7.5 3.5 5 3.5-5M12 12.5V17M9 12.5h6'
    'M9 15h6"/>',
    "heart": '<path d="M12 20S4 15 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3C20 15 12 20 12'
    ' 20Z"/>',
    "star": '<path d="m12 4 2.5 5.2 5.5.8-4 4 1 5.7-5-2.7-5 2.7 1-5.7-4-4 5.5-.8L12 4Z"/>',
    "pin": '<path d="M9 4h6l-1 6 3.5 3.5h-11L10 10 9 4ZM12 13.5V20"/>',
    "place": '<path d="M12 21s7-6.5 7-11.5a7 7 0 1 0-14 0C5 14.5 12 21 12 21Z"/>'
    '<circle cx="12" cy="9.5" r="2.5"/>',
    "phone": '<rect x="7" y="2.5" width="10" height="19" rx="2.5"/><path d="M11 18.5h2"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V8a4 4 0 0'
    ' 1 8 0v2.5"/>',
    "shield": '<path d="M12 3 5 5.5V11c0 5 3 8 7 10 4-2 7-5 7-10V5.5L12 3ZM9 11.5l2.2 2.2L15 10"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/>'
    '<circle cx="9" cy="17" r="2"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "hide": '<path d="M4 4l16 16M9.8 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.6'
    ' 3.3M6.3 7.4A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.2-1"/>',
    "edit": '<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19 4 20ZM14 6.5l3.5 3.5"/>',
    "trash": '<path d="M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l1 14h9l1-14M10.5 10.5v6M13.5'
    ' 10.5v6"/>',
    "upload": '<path d="M12 16V4.5M7.5 9 12 4.5 16.5 9M4.5 16v3.5h15V16"/>',
    "download": '<path d="M12 4v11.5M7.5 11l4.5 4.5 4.5-4.5M4.5 16v3.5h15V16"/>',
    "filter": '<path d="M4 5.5h16l-6 7.5v6l-4-2v-4L4 5.5Z"/>',
    "sort": '<path d="M8 5v14M4.5 15.5 8 19l3.5-3.5M16 19V5M12.5 8.5 16 5l3.5 3.5"/>',
    "sale": '<path d="M12.5 3.5H20V11l-9 9L3.5 12.5l9-9ZM16 8h.01"/>',
    "brand": '<path d="M5 21V4h10l-1.5 4L15 12H5M5 21h4"/>',
    "ledger": '<path d="M5 4h12.5A1.5 1.5 0 0 1 19 5.5V20H6.5A1.5 1.5 0 0 1 5 18.5V4ZM5 17h14'
    'M9 8h6M9 12h6"/>',
    "chart": '<path d="M4 20h16M7 16v-4M12 16V6M17 16V9"/>',
    "desk": '<rect x="3.5" y="4.5" width="17" height="11.5" rx="2"/><path d="M9 20h6M12 16v4"/>',
    "more": '<g class="solid"><circle cx="5.5" cy="12" r="1.6"/><circle cx="12" cy="12" r="1.6"/>'
    '<circle cx="18.5" cy="12" r="1.6"/></g>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5'
    ' 12H21M5.7 5.7'
    'l1 1M17.3 17.3l1 1M18.3 5.7l-1 1M6.7 17.3l-1 1"/>',
    "moon": '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z"/>',
    "auto": '<circle cx="12" cy="12" r="8.5"/><path class="solid" d="M12 3.5a8.5 8.5 0 0 1'
    ' 0 17Z"/>',
    "language": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c-5.5 5-5.5 12 0 17'
    'M12 3.5c5.5 5 5.5 12 0 17"/>',
    "leave": '<path d="M14 4H5.5v16H14M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5"/>',
    "external": '<path d="M13 4.5h6.5V11M19.5 4.5 11 13M16.5 14v5.5h-12v-12H10"/>',
    "camera": '<path d="M4 7.5h3.5l1.5-2.5h6l1.5 2.5H20v11.5H4V7.5Z"/><circle cx="12"'
    ' cy="13" r="3.5"/>',
    "note": '<path d="M5 4h14v10.5L13.5 20H5V4ZM13.5 20v-5.5H19M8.5 8.5h7M8.5 12h4"/>',
    "invoice": '<path d="M6 3.5h8.5L18.5 8v12.5H6v-17ZM14 3.5V8h4.5M9 12h6M9 15.5h6"/>',
    "gift": '<path d="M4.5 12h15v8.5h-15V12ZM3.5 8h17v4h-17V8ZM12 8v12.5M12 8S8 8 7.5 5.5'
    ' 11 3 12 8Z'
    'M12 8s4 0 4.5-2.5S13 3 12 8Z"/>',
    "fish": '<path d="M3 12c3-5 8-6 12-3.5l5-3-1.5 6.5 1.5 6.5-5-3C11 18 6 17 3 12ZM8 11h.01"/>',
}  # fmt: skip
